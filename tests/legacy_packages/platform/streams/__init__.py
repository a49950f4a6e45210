"""Not Weft's."""

NAME = "streams of the platform team"
