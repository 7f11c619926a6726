"""Results kept between runs so that the next one need not work them out again. They only save time."""
