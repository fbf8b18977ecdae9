(function(d){d.setAttribute("data-js","");try{var t=localStorage.getItem("field-guide.theme");if(t)d.setAttribute("data-theme",t)}catch(e){}})(document.documentElement)
