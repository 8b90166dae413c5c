"""How long a share stays: acceptance, holds, deletion, and the end of its bytes."""
