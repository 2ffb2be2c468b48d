FROM docker.io/library/python:3.11-slim-bookworm AS build
WORKDIR /build
COPY make_index.py words.txt ./
RUN python make_index.py words.txt > index.json
FROM docker.io/library/python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1
WORKDIR /srv
RUN useradd --system --no-create-home words
COPY --from=build /build/index.json ./
COPY server.py ./
USER words
EXPOSE 5000
CMD ["python", "server.py"]
