"""The whole program under one trouble after the other: nothing lost, nothing doubled, and it recovers by itself."""
