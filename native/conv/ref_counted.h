// Objects that several threads hold: freed by whoever lets go last.
#ifndef DEPTHWISE_CONV_REF_COUNTED_H_
#define DEPTHWISE_CONV_REF_COUNTED_H_

#include <atomic>
#include <cstdint>
#include <utility>

namespace depthwise {

// T derives from it, begins with one holder, and defines `static void destroy(T*)`.
template <class T>
class RefCounted {
 public:
  void retain() const { count_.fetch_add(1, std::memory_order_relaxed); }
  void release() const {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) T::destroy(const_cast<T*>(static_cast<const T*>(this)));
  }

 private:
  mutable std::atomic<int32_t> count_{1};
};

// One hold. A null Ref is what a creation that found no memory returns.
template <class T>
class Ref {
 public:
  Ref() = default;
  static Ref adopt(T* object) { return Ref(object); }
  static Ref share(T* object) {
    if (object) object->retain();
    return Ref(object);
  }
  Ref(const Ref& other) : Ref(share(other.object_)) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_) object_->release();
  }
  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  T* leave() { return std::exchange(object_, nullptr); }  // the caller releases it

 private:
  explicit Ref(T* object) : object_(object) {}
  T* object_ = nullptr;
};

}  // namespace depthwise

#endif  // DEPTHWISE_CONV_REF_COUNTED_H_
