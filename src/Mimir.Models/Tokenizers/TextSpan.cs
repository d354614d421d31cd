namespace Mimir.Models.Tokenizers;

/// <summary>A part of a text, in UTF-16 units.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">How long it is.</param>
public readonly record struct TextSpan(int Start, int Length)
{
    /// <summary>One past its last unit.</summary>
    public int End => checked(Start + Length);
}
