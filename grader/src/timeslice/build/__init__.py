"""Makes a bank from sources: compiles a submission in the sandbox, inspects its objects, and links them."""
