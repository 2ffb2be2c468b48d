"""The web server of static sites: one configuration, written into the image, and how it is started without root."""

CONF = "/etc/runix/nginx.conf"
PORT_MARK = "__PORT__"

START = (
    "/bin/sh",
    "-c",
    f'sed "s/{PORT_MARK}/${{PORT:-8080}}/" {CONF} > /tmp/nginx.conf && exec nginx -e stderr -c /tmp/nginx.conf',
)
"""The port is known when the service starts, not when it is built: the shell, as the service's own user, puts it in."""

_GZIP = (
    "text/css text/plain text/xml text/javascript application/javascript application/json application/manifest+json "
    "application/xml application/rss+xml application/wasm image/svg+xml font/ttf"
)
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
_ASSETS = "js|mjs|css|map|png|jpe?g|gif|svg|ico|webp|avif|mp4|webm|woff2?|ttf|otf|wasm|json|xml|txt|pdf"


def configuration(*, spa: bool) -> list[str]:
    """The lines of the configuration. ``spa``: paths that are no file answer index.html (but never a missing asset)."""
    return [
        "daemon off;",
        "worker_processes 2;",
        "pid /tmp/nginx.pid;",
        "error_log stderr warn;",
        "events { worker_connections 1024; }",
        "http {",
        "  include /etc/nginx/mime.types;",
        "  types { text/javascript mjs; application/manifest+json webmanifest; }",
        "  default_type application/octet-stream;",
        "  charset utf-8;",
        *[f"  {name}_temp_path /tmp/nginx-{name};" for name in _TEMPORARY],
        "  access_log /dev/stdout;",
        "  server_tokens off;",
        "  sendfile on;",
        "  tcp_nopush on;",
        "  absolute_redirect off;",
        "  gzip on;",
        "  gzip_vary on;",
        "  gzip_proxied any;",
        "  gzip_min_length 1024;",
        f"  gzip_types {_GZIP};",
        "  server {",
        f"    listen {PORT_MARK};",
        "    root /app;",
        "    index index.html;",
        "    error_page 403 =404 /404.html;",
        "    error_page 404 /404.html;",
        "    add_header Cache-Control no-cache;",
        "    add_header X-Content-Type-Options nosniff;",
        r"    location ~ /\.(?!well-known/) { return 404; }",
        # Names that carry a hash of their content, as bundlers write them, never change.
        r'    location ~* "^/(?:.+/)?(?:_next/static|_app/immutable|_astro|assets|static|build|chunks)/.*[.-]'
        r'(?=[\w-]{0,7}\d)[\w-]{8,}\.(?:js|mjs|css|woff2?|png|jpe?g|webp|avif|svg|gif|wasm)$" {',
        "      try_files $uri =404;",
        '      add_header Cache-Control "public, max-age=31536000, immutable";',
        "      add_header X-Content-Type-Options nosniff;",
        "    }",
        f"    location ~* \\.(?:{_ASSETS})$ {{ try_files $uri =404; }}",
        f"    location / {{ try_files $uri $uri.html $uri/ {'/index.html' if spa else '=404'}; }}",
        "  }",
        "}",
    ]
