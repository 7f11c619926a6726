"""What is kept between runs so that the next one need not do it again. It only saves time: nothing is lost with it."""
