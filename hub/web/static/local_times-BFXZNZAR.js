import{b as m}from"./chunk-KOCSKJKT.js";import"./chunk-CNHMKS7C.js";m();
