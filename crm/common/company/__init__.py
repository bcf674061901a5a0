"""The company whose database this is: its time zone and its currency, as the database holds them."""
