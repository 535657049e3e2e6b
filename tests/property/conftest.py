from tests.property.purity import listen

listen()
