"""What the processor `redact` is made of: detectors, one idea a file, and the walks that apply them."""
