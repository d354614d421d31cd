namespace Mimir.Spdz.Opening;

/// <summary>
/// Proof that a value was opened and that the check over everything opened before it, and it, passed. Only
/// <see cref="Opener.CheckAsync"/> makes one, and only this may leave a party. A class, so that no <c>default</c> forges it.
/// </summary>
public sealed class Verified<T>
{
    internal Verified(T value) => Value = value;

    /// <summary>The checked value.</summary>
    public T Value { get; }

    /// <summary>A part of a checked value is checked.</summary>
    internal Verified<TPart> Select<TPart>(Func<T, TPart> part) => new(part(Value));
}
