import os

print("reading the settings", flush=True)
database = os.environ["DATABASE_DSN"]
print(f"connecting to {database}")
