import{a as e}from"./chunk-BXVUY4LT.js";import{b as i,h as n}from"./chunk-JJX7JPM3.js";n(i("#new-signing-key"),()=>e.register());
