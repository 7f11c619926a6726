"""Results kept between runs so that the next need not make them again. They save time; nothing is lost with them."""
