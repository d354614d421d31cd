namespace Mimir.Models.Tests.TestModels;

/// <summary>Named random tensors of a small model, exactly representable in F32, with their file.</summary>
public sealed class RandomTensors(int seed)
{
    private readonly Random _random = new(seed);
    private readonly SafetensorsWriter _writer = new();

    /// <summary>Row-major values by tensor name.</summary>
    public Dictionary<string, double[]> Values { get; } = [];

    public void Add(string name, params int[] shape) => Add(name, 0, 0.3, shape);

    public void AddGain(string name, int length) => Add(name, 1, 0.3, length);

    public byte[] ToBytes() => _writer.ToBytes();

    public SafetensorsWriter Writer => _writer;

    private void Add(string name, double mean, double deviation, params int[] shape)
    {
        var values = new double[shape.Aggregate(1, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++) values[i] = (float)(mean + deviation * (_random.NextDouble() * 2 - 1) * 2);
        Values.Add(name, values);
        _writer.AddSingle(name, shape, values);
    }
}
