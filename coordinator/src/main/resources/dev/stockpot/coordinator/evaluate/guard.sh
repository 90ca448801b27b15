# Runs a command and ends with its status. All other processes of this shell's session, which is
# its own, are ended when the command has ended, and when standard input ends: that happens when
# the process that started this one closes it, and when that process dies, however it dies.
#
# $1: seconds that processes have to end when they are asked to; then they are killed. The rest is
# the command, its program an absolute path.

grace=$1
shift
# What shells say of signals that ended a command is nothing for its log.
exec 3<&0 4>&2 2>/dev/null

# Sets others: the processes of the session but the guard's own. By session and not by process
# group, because "timeout" and shells with job control make groups of their own.
find_others() {
  others=
  read -r self _ </proc/self/stat
  for stat in /proc/[0-9]*/stat; do
    read -r line <"$stat" || continue
    pid=${line%% *}
    # What follows the name, which may hold anything: state, parent, group, session.
    set -- ${line##*) }
    case $pid in "$$" | "$self" | "$watch") continue ;; esac
    if [ "$4" = "$$" ] && [ "$1" != Z ]; then others="$others $pid"; fi
  done
  [ -n "$others" ]
}

now() {
  read -r now _ </proc/uptime
  now=${now%%.*}
}

end_session() {
  find_others || return
  kill -s TERM $others
  now
  deadline=$((now + grace))
  while [ "$now" -le "$deadline" ] && find_others; do
    sleep 0.1
    now
  done
  # More than once, because a process may start another while it is looked for.
  rounds=20
  while [ "$rounds" -gt 0 ] && find_others; do
    kill -s KILL $others
    sleep 0.1
    rounds=$((rounds - 1))
  done
}

watch=
(
  while read -r _; do :; done
  # Again until the guard has ended, because the command may not have started yet.
  while end_session; kill -s 0 "$$"; do sleep 0.1; done
) <&3 3<&- 4>&- &
watch=$!

# In the foreground: commands in the background would ignore SIGINT.
(exec "$@" </dev/null 2>&4 3<&- 4>&-)
status=$?
kill "$watch"
end_session
exit "$status"
