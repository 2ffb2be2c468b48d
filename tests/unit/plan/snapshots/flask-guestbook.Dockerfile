FROM localhost/runix-base/build:1 AS build
WORKDIR /app
ENV PATH=/opt/venv/bin:/opt/tools/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV VIRTUAL_ENV=/opt/venv
ENV PYTHONUNBUFFERED=1
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
ENV PIP_ROOT_USER_ACTION=ignore
# tools
RUN python3 -m venv /opt/venv
# dependencies
COPY requirements.txt ./
RUN --mount=type=cache,id=runix-0123abcd-default-pip,target=/root/.cache/pip pip install -r requirements.txt

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
CMD ["/bin/sh", "-c", "exec gunicorn --bind 0.0.0.0:$PORT --threads 8 --access-logfile - app:app"]
