import{a as e}from"./chunk-42YJWQWN.js";import{b as i,h as n}from"./chunk-CKIKURUN.js";n(i("#new-signing-key"),()=>e.register());
