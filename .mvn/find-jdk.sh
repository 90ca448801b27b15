# Sourced by ./stockpot and ./mvnw: find_jdk prints the home of a JDK 25, or says what to install and returns 1.
#
# Looks, in this order, at STOCKPOT_JAVA_HOME, JAVA_HOME, the java on PATH, and the places where package
# managers put JDKs. A JDK's version is read from its `release` file, which costs no process.

is_jdk_25() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -f "$1/release" ] || return 1
  while IFS= read -r release_line; do
    case $release_line in
    'JAVA_VERSION="25"' | 'JAVA_VERSION="25.'*) return 0 ;;
    esac
  done <"$1/release"
  return 1
}

find_jdk() {
  if [ -n "${STOCKPOT_JAVA_HOME-}" ]; then
    if is_jdk_25 "$STOCKPOT_JAVA_HOME"; then
      printf '%s\n' "$STOCKPOT_JAVA_HOME"
      return 0
    fi
    echo "STOCKPOT_JAVA_HOME is '$STOCKPOT_JAVA_HOME', which is not a JDK 25." >&2
    return 1
  fi
  if [ -n "${JAVA_HOME-}" ] && is_jdk_25 "$JAVA_HOME"; then
    printf '%s\n' "$JAVA_HOME"
    return 0
  fi
  path_java=$(command -v java 2>/dev/null) || path_java=
  if [ -n "$path_java" ]; then
    path_java=$(readlink -f "$path_java" 2>/dev/null || printf '%s' "$path_java")
    if is_jdk_25 "${path_java%/bin/java}"; then
      printf '%s\n' "${path_java%/bin/java}"
      return 0
    fi
  fi
  for candidate in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
    "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* "${HOME-}"/.asdf/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*; do
    if is_jdk_25 "$candidate"; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  cat >&2 <<'TEXT'
Stockpot needs a JDK 25 and found none in STOCKPOT_JAVA_HOME, JAVA_HOME, PATH or the usual places.
Install one, for example:
  Debian, Ubuntu   apt-get install openjdk-25-jdk   (or temurin-25-jdk from Adoptium)
  Fedora           dnf install java-25-openjdk-devel
  macOS            brew install openjdk@25
  any, with SDKMAN sdk install java 25-tem
or set STOCKPOT_JAVA_HOME to one.
TEXT
  return 1
}
