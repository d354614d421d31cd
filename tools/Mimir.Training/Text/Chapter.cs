namespace Mimir.Training.Text;

/// <summary>One chapter as running text.</summary>
/// <param name="Name">Book and number as the source prints them, such as <c>Ge1</c>.</param>
/// <param name="Verses">The verses in order, without their references.</param>
internal sealed record Chapter(string Name, IReadOnlyList<string> Verses)
{
    /// <summary>The verses joined by single spaces.</summary>
    public string RunningText => string.Join(' ', Verses);
}
