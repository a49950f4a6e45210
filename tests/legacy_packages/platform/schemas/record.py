NAME = "records of the platform team"
