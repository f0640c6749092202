"""From sources to a bank: compiles a submission in the sandbox, inspects its objects, and links them."""
