NAME = "schemas of the platform team"
