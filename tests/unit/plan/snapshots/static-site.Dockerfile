FROM localhost/runix-base/run:1
# web server
RUN mkdir -p /etc/runix && printf '%s\n' 'daemon off;' 'worker_processes 2;' 'pid /tmp/nginx.pid;' 'error_log stderr warn;' 'events { worker_connections 1024; }' 'http {' '  include /etc/nginx/mime.types;' '  types { text/javascript mjs; application/manifest+json webmanifest; }' '  default_type application/octet-stream;' '  charset utf-8;' '  client_body_temp_path /tmp/nginx-client_body;' '  proxy_temp_path /tmp/nginx-proxy;' '  fastcgi_temp_path /tmp/nginx-fastcgi;' '  uwsgi_temp_path /tmp/nginx-uwsgi;' '  scgi_temp_path /tmp/nginx-scgi;' '  access_log /dev/stdout;' '  server_tokens off;' '  sendfile on;' '  tcp_nopush on;' '  absolute_redirect off;' '  gzip on;' '  gzip_vary on;' '  gzip_proxied any;' '  gzip_min_length 1024;' '  gzip_types text/css text/plain text/xml text/javascript application/javascript application/json application/manifest+json application/xml application/rss+xml application/wasm image/svg+xml font/ttf;' '  server {' '    listen __PORT__;' '    root /app;' '    index index.html;' '    error_page 403 =404 /404.html;' '    error_page 404 /404.html;' '    add_header Cache-Control no-cache;' '    add_header X-Content-Type-Options nosniff;' '    location ~ /\.(?!well-known/) { return 404; }' '    location ~* "^/(?:.+/)?(?:_next/static|_app/immutable|_astro|assets|static|build|chunks)/.*[.-](?=[\w-]{0,7}\d)[\w-]{8,}\.(?:js|mjs|css|woff2?|png|jpe?g|webp|avif|svg|gif|wasm)$" {' '      try_files $uri =404;' '      add_header Cache-Control "public, max-age=31536000, immutable";' '      add_header X-Content-Type-Options nosniff;' '    }' '    location ~* \.(?:js|mjs|css|map|png|jpe?g|gif|svg|ico|webp|avif|mp4|webm|woff2?|ttf|otf|wasm|json|xml|txt|pdf)$ { try_files $uri =404; }' '    location / { try_files $uri $uri.html $uri/ =404; }' '  }' '}' > /etc/runix/nginx.conf
ENV PORT=8080
USER 10001:10001
WORKDIR /app
COPY --chown=10001:10001 . /app/
EXPOSE 8080
ENTRYPOINT []
CMD ["/bin/sh", "-c", "sed \"s/__PORT__/${PORT:-8080}/\" /etc/runix/nginx.conf > /tmp/nginx.conf && exec nginx -e stderr -c /tmp/nginx.conf"]
STOPSIGNAL SIGQUIT
