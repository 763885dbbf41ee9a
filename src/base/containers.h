// Small containers for trivially destructible things: a growing array and an
// open-addressing hash map.
//
// Server-free: memory comes from the template parameter `Memory`, which has
// static allocate(bytes), reallocate(pointer, its bytes, bytes) and
// release(pointer, its bytes). What they hold at the end these containers never
// free themselves: in the server the memory context does it, and a longjmp over
// them leaves nothing behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace relate {

template <class T, class Memory>
class Array {
    static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);

public:
    T *begin() { return items_; }
    T *end() { return items_ + size_; }
    const T *begin() const { return items_; }
    const T *end() const { return items_ + size_; }
    T &operator[](size_t i) { return items_[i]; }
    const T &operator[](size_t i) const { return items_[i]; }
    T &back() { return items_[size_ - 1]; }
    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    std::span<const T> view() const { return {items_, size_}; }
    void clear() { size_ = 0; }
    void pop() { --size_; }
    size_t bytes() const { return capacity_ * sizeof(T); }

    // Gives the memory back, where Memory can.
    void release()
    {
        if (items_)
            Memory::release(items_, bytes());
        *this = {};
    }

    // New ones are copies of `fresh`.
    void resize(size_t size, const T &fresh)
    {
        while (capacity_ < size)
            grow();
        for (size_t i = size_; i < size; ++i)
            items_[i] = fresh;
        size_ = size;
    }

    // The same of an empty array, with no room to grow.
    void resize_exactly(size_t size, const T &fresh)
    {
        reserve(size);
        resize(size, fresh);
    }

    // Room for so many.
    void reserve(size_t size)
    {
        if (size <= capacity_)
            return;
        if (empty())
            release();
        set_capacity(size);
    }

    // No more room than there are items.
    void shrink()
    {
        if (size_ > 0 && size_ < capacity_)
            set_capacity(size_);
    }

    // By value: the item may be one of the array's own.
    T &push(T item)
    {
        if (size_ == capacity_)
            grow();
        return items_[size_++] = item;
    }

    void cut(size_t size) { size_ = size; }

    // So many more, for the caller to fill.
    std::span<T> extend(size_t count)
    {
        while (capacity_ < size_ + count)
            grow();
        size_ += count;
        return {items_ + size_ - count, count};
    }

private:
    // Apart, so that push() is small enough to be inlined.
    [[gnu::noinline]] void grow() { set_capacity(capacity_ == 0 ? 8 : capacity_ * 2); }

    void set_capacity(size_t capacity)
    {
        size_t wanted = capacity * sizeof(T);
        items_ = static_cast<T *>(items_ ? Memory::reallocate(items_, bytes(), wanted) : Memory::allocate(wanted));
        capacity_ = capacity;
    }

    T *items_ = nullptr;
    size_t size_ = 0;
    size_t capacity_ = 0;
};

// Traits has static uint32_t hash(Key) and static bool equal(Key, Key).
template <class Key, class Value, class Traits, class Memory>
class HashMap {
    static_assert(std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<Value>);

    struct Slot {
        uint32_t hash;
        bool used;
        Key key;
        Value value;
    };

public:
    size_t size() const { return size_; }

    Value *find(const Key &key)
    {
        if (capacity_ == 0)
            return nullptr;
        Slot &slot = slots_[position(key, Traits::hash(key))];
        return slot.used ? &slot.value : nullptr;
    }

    // The value of the key, made from `fresh` where there was none. The
    // reference holds until the next insertion.
    Value &at(const Key &key, const Value &fresh)
    {
        if ((size_ + 1) * 4 > capacity_ * 3)
            grow();
        uint32_t hash = Traits::hash(key);
        Slot &slot = slots_[position(key, hash)];
        if (!slot.used) {
            slot = {hash, true, key, fresh};
            ++size_;
        }
        return slot.value;
    }

private:
    size_t position(const Key &key, uint32_t hash) const
    {
        size_t i = hash & (capacity_ - 1);
        while (slots_[i].used && !(slots_[i].hash == hash && Traits::equal(slots_[i].key, key)))
            i = (i + 1) & (capacity_ - 1);
        return i;
    }

    void grow()
    {
        Slot *old = slots_;
        size_t old_capacity = capacity_;
        capacity_ = old_capacity == 0 ? 16 : old_capacity * 2;
        slots_ = static_cast<Slot *>(Memory::allocate(capacity_ * sizeof(Slot)));
        for (size_t i = 0; i < capacity_; ++i)
            slots_[i].used = false;
        for (size_t i = 0; i < old_capacity; ++i)
            if (old[i].used)
                slots_[position(old[i].key, old[i].hash)] = old[i];
    }

    Slot *slots_ = nullptr;
    size_t size_ = 0;
    size_t capacity_ = 0;
};

} // namespace relate
