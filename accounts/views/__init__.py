"""Pages of the floor: doors, own account, people, audit."""
