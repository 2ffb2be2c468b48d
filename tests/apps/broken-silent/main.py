import time

print("started, but listening is for others", flush=True)
while True:
    time.sleep(1)
