FROM localhost/runix-base/build:1 AS build
WORKDIR /app
ENV PATH=/opt/venv/bin:/opt/tools/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV VIRTUAL_ENV=/opt/venv
ENV PYTHONUNBUFFERED=1
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
ENV PIP_ROOT_USER_ACTION=ignore
ENV POETRY_NO_INTERACTION=1
ENV POETRY_VIRTUALENVS_CREATE=false
# tools
RUN --mount=type=cache,id=runix-0123abcd-default-pip,target=/root/.cache/pip python3 -m venv /opt/tools && /opt/tools/bin/pip install 'poetry==2.5.*' poetry-plugin-export
RUN python3 -m venv /opt/venv
# dependencies
COPY poetry.lock pyproject.toml ./
RUN --mount=type=cache,id=runix-0123abcd-default-pip,target=/root/.cache/pip poetry export --only main --output /tmp/requirements.txt && pip install --no-deps -r /tmp/requirements.txt
# source
COPY . .
# build
RUN --mount=type=cache,id=runix-0123abcd-default-pip,target=/root/.cache/pip poetry install --only-root

FROM localhost/runix-base/run:1
ENV PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV PYTHONUNBUFFERED=1
ENV HOME=/app
ENV PORT=8080
USER 10001:10001
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --from=build --chown=10001:10001 /app /app
EXPOSE 8080
ENTRYPOINT []
CMD ["quotes"]
