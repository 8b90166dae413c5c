import{a as e}from"./chunk-JYL5ILAM.js";import{b as i,h as n}from"./chunk-B32YSZZE.js";n(i("#new-signing-key"),()=>e.register());
