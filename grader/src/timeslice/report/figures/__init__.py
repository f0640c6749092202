"""Pictures of failures, read from what a test told: the exchange of a protocol test, the charts of a scheduler test.

What a test tells passes through memory that the code under test can write to. So only the exact form that the bank
writes is read, in bounded numbers; whatever else is there stays the text that it is.
"""
