#!/bin/sh
# $CHROMIUM (or chromium) without what no test looks at and costs more than a page: for each new window it renders two pages of its own,
# for what the address bar suggests, and it keeps a process ready for the next site. The driver turns features off by an
# argument of its own, and of several the last alone counts: so these are added to that one.
unseen=WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess
for argument; do
  shift
  case $argument in --disable-features=*) argument=$argument,$unseen ;; esac
  set -- "$@" "$argument"
done
exec "${CHROMIUM:-chromium}" "$@"
