#!/usr/bin/env bash
# Installs what the development servers need on Debian and Ubuntu:  install-debian.sh [package …]   (as root)
# Without arguments: Java and Maven (Kafka), redis-server, prometheus, openssl. The services that the packages bring are
# neither started now nor at boot: the servers are started by dev-infra.mjs, on data of their own.
set -euo pipefail

packages=("$@")
[ ${#packages[@]} -gt 0 ] || packages=(default-jre-headless maven redis-server prometheus openssl)
[ "$(id -u)" = 0 ] || { echo "install-debian.sh must run as root: sudo $0 ${packages[*]}" >&2; exit 1; }
command -v apt-get >/dev/null || { echo "There is no apt-get here; install ${packages[*]} by other means." >&2; exit 1; }

is_installed() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }
missing=()
for package in "${packages[@]}"; do is_installed "$package" || missing+=("$package"); done
[ ${#missing[@]} -gt 0 ] || { echo "All there: ${packages[*]}."; exit 0; }

# Maintainer scripts ask this program whether they may start a service; 101 says no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

echo "Installing with apt-get: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt=(apt-get -y -q -o DPkg::Lock::Timeout=300)
install() { "${apt[@]}" install --no-install-recommends "${missing[@]}"; }
# The lists of a fresh image are empty, those of an old one name packages that are gone.
install || { "${apt[@]}" update && install; }

for service in redis-server prometheus; do
  case " ${missing[*]} " in
    *" $service "*)
      if [ -d /run/systemd/system ]; then systemctl disable --now "$service"; else update-rc.d "$service" disable; fi
      ;;
  esac
done
echo "Installed: ${missing[*]}."
