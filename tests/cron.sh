#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A real cron runs the line of dist/fundstelle.cron, with nothing of it changed but the minute: in namespaces of its own, where /srv, /usr/local/bin, /root and
# cron's folders are empty. Then the same command with cron's environment and nothing else. Skips, with a message, where that is not allowed.
set -eu

top=$(CDPATH='' cd -- "${FUNDSTELLE_SRC:-$(dirname "$0")/..}" && pwd)
bin=${FUNDSTELLE_BIN:-$top/build}

skip() {
	echo "cron: skipped: $*"
	exit 77
}

if [ "${1:-}" != inside ]; then
	[ "$(id -u)" = 0 ] || skip 'needs root'
	command -v cron >/dev/null 2>&1 || skip 'Debian cron is not installed'
	unshare --mount --pid --fork --mount-proc true 2>/dev/null || skip 'no namespaces here'
	case $bin in
	/srv/* | /root/* | /usr/local/bin/* | /run/*) skip "the programs lie below $bin" ;;
	esac
	exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin FUNDSTELLE_SRC="$top" FUNDSTELLE_BIN="$bin" unshare --mount --pid --fork --mount-proc sh "$0" inside
fi

fail() {
	echo "cron: $*" >&2
	cat /root/fundstelle.log /root/mail >&2 2>/dev/null || true
	exit 1
}

PATH=$PATH:/usr/local/bin
mount --make-rprivate /
for place in /srv /root /usr/local/bin /run /var/spool/cron /etc/cron.d; do
	mount -t tmpfs none "$place"
done
cp "$bin/fundstelle-index" "$bin/fundstelle-query" /usr/local/bin/
mkdir -p /srv/archive /var/spool/cron/crontabs /run/lock
printf 'date 2022-01-18\nTruppen an der Grenze\n\nDer Truppenaufmarsch geht weiter.\n' > /srv/archive/a.txt
printf 'Zweite Meldung\n\nDie Feuerwehr kam.\n' > /srv/archive/b.txt

# a crontab of root: the line of dist/, each minute; what it prints goes where mail would go
line=$(grep -v '^#' "$top/dist/fundstelle.cron" | grep fundstelle-index)
path=$(grep '^PATH=' "$top/dist/fundstelle.cron")
command=$(printf '%s\n' "$line" | sed 's/^30 2 \* \* \* *//')
[ "$command" != "$line" ] || fail 'dist/fundstelle.cron is not at 02:30 any more'
printf '%s\nSHELL=/bin/sh\n* * * * * { %s; echo "status $?"; } > /root/mail.part 2>&1; mv /root/mail.part /root/mail\n' "$path" "$command" > /var/spool/cron/crontabs/root
chmod 600 /var/spool/cron/crontabs/root
cron -f &
daemon=$!
waited=0
while [ ! -e /root/mail ] && [ "$waited" -lt 150 ]; do
	sleep 1
	waited=$((waited + 1))
done
kill "$daemon"
[ -e /root/mail ] || fail "the line was not run in $waited s"
[ "$(cat /root/mail)" = 'status 0' ] || fail 'the line of dist/ printed more than it should, or failed'
[ "$(fundstelle-query -i /root/fundstelle-index -f paths Truppenaufmarsch)" = a.txt ] ||
	fail 'what cron indexed is not found'

# the same without a daemon, and with something for a person to act on: then, and only then, it speaks
echo '{' > /srv/archive/kaputt.json
printf 'Dritte Meldung\n\nDie Feuerwehr ging.\n' > /srv/archive/c.txt
as_cron() { env -i HOME=/root LOGNAME=root SHELL=/bin/sh "$path" /bin/sh -c "$command"; }
as_cron > /root/fundstelle.log 2>&1 && fail 'a broken file did not alter the status'
grep -q '^kaputt.json:' /root/fundstelle.log || fail 'the broken file is not named'
[ "$(wc -l < /root/fundstelle.log)" = 1 ] || fail 'more than one line'
as_cron > /root/fundstelle.log 2>&1 || fail 'a file that is known to be broken altered the status'
[ ! -s /root/fundstelle.log ] || fail 'a night without news has something to say'
[ "$(fundstelle-query -i /root/fundstelle-index --count Feuerwehr)" = 2 ] || fail 'the new article is not found'

# what logcheck would see of a good night is covered by the rules of dist/
grep -v '^#' "$top/dist/fundstelle.logcheck" > /root/rules
if cat > /root/left <<-'LOG' &&
	2026-11-25T02:30:01.123456+00:00 host CRON[123]: (root) CMD (nice ionice -c 3 fundstelle-index -q --wait=3600 --index="$HOME/fundstelle-index" /srv/archive)
	2026-11-25T02:30:01.123456+00:00 host systemd[1]: Starting fundstelle-index.service - Update the index of the article archive...
	2026-11-25T02:30:07.123456+00:00 host systemd[1]: fundstelle-index.service: Deactivated successfully.
	2026-11-25T02:30:07.123456+00:00 host systemd[1]: Finished fundstelle-index.service - Update the index of the article archive.
	2026-11-25T02:30:07.123456+00:00 host systemd[1]: fundstelle-index.service: Consumed 1.234s CPU time.
LOG
	grep -Evf /root/rules /root/left > /root/unknown; then
	cat /root/unknown >&2
	fail 'logcheck would tell of a good night'
fi
echo 'cron: the line of dist/ does what it says, in silence'
