namespace Mimir.Models.Ranges;

/// <summary>Smallest and largest number of every kind at every place. Not thread-safe.</summary>
public sealed class RangeRecorder
{
    private readonly Dictionary<(RangeKind Kind, string Place), (double Least, double Largest)> _ranges = [];

    /// <summary>By place in the order in which they were first seen.</summary>
    public IReadOnlyList<RangeObservation> Observations => [.. _ranges.Select(r => new RangeObservation(r.Key.Kind, r.Key.Place, r.Value.Least, r.Value.Largest))];

    /// <summary>Takes in <paramref name="values"/>.</summary>
    public void Add(RangeKind kind, string place, ReadOnlySpan<double> values)
    {
        if (values.IsEmpty) return;
        var (least, largest) = _ranges.GetValueOrDefault((kind, place), (double.PositiveInfinity, double.NegativeInfinity));
        foreach (var value in values) (least, largest) = (Math.Min(least, value), Math.Max(largest, value));
        _ranges[(kind, place)] = (least, largest);
    }
}
