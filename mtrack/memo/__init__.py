"""Results kept between runs so that the next one need not make them again. They save time; nothing is lost with them."""
