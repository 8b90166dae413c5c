"""What was approved, on its way: sealed once, sent until the hub has it, receipted, or taken back.

- Law 8: each step is written through before the next begins, so that a kill at any point loses and repeats nothing.
- The sealed bytes are made once; a second sealing would put the same share id on other bytes.
- The hub learns of a share only after `announced` was written.
"""
