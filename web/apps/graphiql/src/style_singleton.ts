// Replaces the package `react-style-singleton`, with which dialogs and menus lock the page's scroll bar: it inserts a
// `<style>` element, which `style-src 'self'` blocks. A constructed style sheet is not inline style.

import { useEffect } from "react";

/** Returns a component that applies its styles while it is mounted. */
export const styleSingleton = () =>
  function Style({ styles }: { styles: string }): null {
    useEffect(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(styles);
      document.adoptedStyleSheets.push(sheet);
      return () => {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
      };
    }, [styles]);
    return null;
  };
