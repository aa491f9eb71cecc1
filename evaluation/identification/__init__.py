"""Who is named in a photo: open-set identification, and thresholds calibrated on a gallery."""
