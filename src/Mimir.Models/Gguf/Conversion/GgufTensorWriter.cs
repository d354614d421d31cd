using Mimir.Models.Files;

namespace Mimir.Models.Gguf.Conversion;

/// <summary>Writes one GGUF tensor as Hugging Face stores it, in pieces of bounded size.</summary>
/// <param name="file">The source.</param>
/// <param name="tensor">The tensor.</param>
/// <param name="name">Its name in Hugging Face.</param>
/// <param name="change">What is undone.</param>
internal sealed class GgufTensorWriter(GgufFile file, GgufTensor tensor, string name, TensorChange change)
{
    private const int ChunkElements = 1 << 20;
    private const long PanelElements = 1 << 24;

    /// <summary>What it becomes: halves stay what they are where nothing is added, all else is written as singles.</summary>
    public TensorOutput Output { get; } = new(
        name,
        change.Kind == ChangeKind.PlusOne ? TensorType.F32 : tensor.Type switch { GgufType.F16 => TensorType.F16, GgufType.BF16 => TensorType.BF16, _ => TensorType.F32 },
        change.Kind == ChangeKind.Transposed ? [.. tensor.Shape.Reverse()] : tensor.Shape);

    /// <summary>Checks that the change is possible. Reads no weights.</summary>
    public void Require()
    {
        var rows = tensor.Shape.Count == 1 ? tensor.Columns : tensor.Rows;
        if (tensor.Shape.Count > 2 || !change.Fits(rows) || (change.Kind == ChangeKind.Transposed && tensor.Shape.Count != 2))
            throw new ModelFormatException(file.Path, $"tensor '{tensor.Name}' has shape {tensor.ShapeText}, which does not fit the model's heads; the file is damaged");
        if (Math.Max(tensor.Rows, tensor.Columns) > ConfigLimits.Count)
            throw new ModelFormatException(file.Path, $"tensor '{tensor.Name}' has shape {tensor.ShapeText}, larger than Mimir allows");
    }

    /// <summary>Writes the numbers; <paramref name="done"/> hears how many bytes each piece had.</summary>
    public void Write(Stream stream, Action<long> done, CancellationToken cancellation)
    {
        if (change.Kind == ChangeKind.Transposed) WriteTransposed(stream, done, cancellation);
        else if (tensor.Shape.Count == 1) WriteVector(stream, done);
        else WriteRows(stream, done, cancellation);
    }

    private void WriteVector(Stream stream, Action<long> done)
    {
        var source = new float[tensor.Columns];
        file.Read(tensor, 0, 0, source);
        var values = new float[source.Length];
        for (var i = 0; i < values.Length; i++) values[i] = source[change.SourceOf(i, values.Length)] - (change.Kind == ChangeKind.PlusOne ? 1 : 0);
        Put(stream, values, done);
    }

    private void WriteRows(Stream stream, Action<long> done, CancellationToken cancellation)
    {
        var columns = (int)tensor.Columns;
        var together = (int)Math.Clamp(ChunkElements / columns, 1, tensor.Rows);
        var buffer = new float[together * columns];
        for (var row = 0L; row < tensor.Rows; row += together)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = (int)Math.Min(together, tensor.Rows - row);
            var part = buffer.AsSpan(0, count * columns);
            if (change.Kind is ChangeKind.None or ChangeKind.PlusOne) file.Read(tensor, row, 0, part);
            else
                for (var i = 0; i < count; i++) file.Read(tensor, change.SourceOf(row + i, tensor.Rows), 0, part.Slice(i * columns, columns));
            if (change.Kind == ChangeKind.PlusOne)
                foreach (ref var value in part) value -= 1;
            Put(stream, part, done);
        }
        Array.Clear(buffer);
    }

    /// <summary>In panels of columns, each of which reads all rows: memory stays bounded, whatever the shape.</summary>
    private void WriteTransposed(Stream stream, Action<long> done, CancellationToken cancellation)
    {
        var (rows, columns, block) = ((int)tensor.Rows, (int)tensor.Columns, tensor.Type.BlockElements());
        var width = (int)Math.Min(columns, Math.Max(1, PanelElements / rows / block) * block);
        var (line, panel) = (new float[width], new float[(long)rows * width]);
        for (var column = 0; column < columns; column += width)
        {
            var count = Math.Min(width, columns - column);
            for (var row = 0; row < rows; row++)
            {
                cancellation.ThrowIfCancellationRequested();
                file.Read(tensor, row, column, line.AsSpan(0, count));
                for (var i = 0; i < count; i++) panel[(long)i * rows + row] = line[i];
            }
            Put(stream, panel.AsSpan(0, count * rows), done);
        }
        Array.Clear(line);
        Array.Clear(panel);
    }

    private void Put(Stream stream, ReadOnlySpan<float> values, Action<long> done)
    {
        SafetensorsOutput.Write(stream, Output.Type, values);
        done((long)values.Length * TensorInfo.SizeOf(Output.Type));
    }
}
