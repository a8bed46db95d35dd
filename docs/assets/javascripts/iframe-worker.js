// The search runs in a worker, which browsers do not start for pages opened from a folder. There, a hidden frame does.
if (location.protocol === "file:") {
  window.IFrameWorker = window.Worker = class extends EventTarget {
    constructor(address) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      frame.title = "Tìm kiếm"
      document.body.append(frame)
      const inside = frame.contentWindow
      inside.document.open()
      inside.document.write("<!doctype html><title>Tìm kiếm</title><body></body>")
      inside.document.close()
      const load = src =>
        new Promise((onload, onerror) => {
          inside.document.body.append(Object.assign(inside.document.createElement("script"), { src, onload, onerror }))
        })
      inside.postMessage = data => this.dispatchEvent(new MessageEvent("message", { data }))
      inside.importScripts = (...scripts) => scripts.reduce((before, one) => before.then(() => load(one)), Promise.resolve())
      this.inside = inside
      this.ready = load(address)
    }
    postMessage(data) {
      this.ready.then(() => this.inside.dispatchEvent(new MessageEvent("message", { data })))
    }
  }
}
