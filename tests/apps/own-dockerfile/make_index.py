import json
import sys
from collections import defaultdict

index = defaultdict(list)
with open(sys.argv[1]) as words:
    for word in words:
        index[word[0]].append(word.strip())
json.dump(index, sys.stdout)
