import streams
from schemas import NAME as SCHEMAS

NAMES = [streams.NAME, SCHEMAS]
