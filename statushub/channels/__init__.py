"""Connected accounts and the transports that speak to them."""
