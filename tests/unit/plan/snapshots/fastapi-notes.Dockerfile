FROM localhost/runix-base/build:1 AS build
WORKDIR /app
ENV PATH=/opt/venv/bin:/opt/tools/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV VIRTUAL_ENV=/opt/venv
ENV PYTHONUNBUFFERED=1
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
ENV PIP_ROOT_USER_ACTION=ignore
ENV UV_PROJECT_ENVIRONMENT=/opt/venv
ENV UV_PYTHON_DOWNLOADS=never
ENV UV_LINK_MODE=copy
# tools
RUN --mount=type=cache,id=runix-0123abcd-default-pip,target=/root/.cache/pip --mount=type=cache,id=runix-0123abcd-default-uv,target=/root/.cache/uv python3 -m venv /opt/tools && /opt/tools/bin/pip install uv
RUN python3 -m venv /opt/venv
# dependencies
COPY pyproject.toml ./
RUN --mount=type=cache,id=runix-0123abcd-default-pip,target=/root/.cache/pip --mount=type=cache,id=runix-0123abcd-default-uv,target=/root/.cache/uv uv sync --no-dev --no-install-project

FROM localhost/runix-base/run:1
ENV PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV PYTHONUNBUFFERED=1
ENV HOME=/app
ENV PORT=8080
USER 10001:10001
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --chown=10001:10001 . /app/
EXPOSE 8080
ENTRYPOINT []
CMD ["/bin/sh", "-c", "exec uvicorn --host 0.0.0.0 --port $PORT notes.main:api"]
