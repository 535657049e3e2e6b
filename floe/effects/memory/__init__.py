"""The whole world in memory, with faults on demand; shipped, since users test with it too."""
