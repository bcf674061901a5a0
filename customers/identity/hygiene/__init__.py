"""How clean customers' data is: complete, valid, unique, fresh; kept by customer, counted, and mended one by one."""
