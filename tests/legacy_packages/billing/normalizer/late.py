TIER = "gold"
