import{a as e}from"./chunk-ERBVAN2N.js";import{b as i,g as n}from"./chunk-IBQZDDY5.js";n(i("#new-signing-key"),()=>e.register());
