FROM localhost/runix-base/build:1 AS build
WORKDIR /app
ENV PATH=/opt/venv/bin:/opt/tools/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV VIRTUAL_ENV=/opt/venv
ENV PYTHONUNBUFFERED=1
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
ENV PIP_ROOT_USER_ACTION=ignore
ENV PDM_CHECK_UPDATE=false
ENV PDM_NON_INTERACTIVE=1
# tools
RUN --mount=type=cache,id=runix-0123abcd-default-pip,target=/root/.cache/pip python3 -m venv /opt/tools && /opt/tools/bin/pip install pdm
RUN python3 -m venv /opt/venv
# dependencies
COPY pdm.lock pyproject.toml ./
RUN --mount=type=cache,id=runix-0123abcd-default-pip,target=/root/.cache/pip pdm export --prod --output /tmp/requirements.txt && pip install --no-deps -r /tmp/requirements.txt

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
CMD ["python", "shortener.py"]
