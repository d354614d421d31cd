using Mimir.Models.Files;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Files;

/// <summary>Format: https://github.com/huggingface/safetensors.</summary>
public class SafetensorsFileTests
{
    private static readonly double[] Values = [0, 1, -2.5, 0.125, 65504, -0.0009765625];

    [Fact]
    public void All_floating_point_types_are_read_exactly()
    {
        using var directory = new TemporaryDirectory();
        var brain = new double[] { 0, 1, -2.5, 0.125, 65280, -0.0009765625 };
        var path = directory.Write("a.safetensors", new SafetensorsWriter()
            .AddSingle("single", [2, 3], Values).AddHalf("half", [6], Values).AddBrain("brain", [3, 2], brain).AddDouble("double", [6, 1], Values)
            .AddBytes("mask", "BOOL", [3], [1, 0, 1]).ToBytes());
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(5, file.Tensors.Count);
        Assert.Equal(Values, Read(file, "single"));
        Assert.Equal(Values, Read(file, "half"));
        Assert.Equal(brain, Read(file, "brain"));
        Assert.Equal(Values, Read(file, "double"));
        var part = new double[2];
        file.Read(file.Tensors["single"], 2, part);
        Assert.Equal(Values[2..4], part);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(file.Tensors["single"], 5, new double[2]));
        Assert.Contains("BOOL", Assert.Throws<ModelFormatException>(() => Read(file, "mask")).Message);
    }

    [Fact]
    public void Large_tensors_are_read_in_pieces()
    {
        var values = Enumerable.Range(0, 600_000).Select(i => (double)i).ToArray();
        using var directory = new TemporaryDirectory();
        using var file = SafetensorsFile.Open(directory.Write("a.safetensors", new SafetensorsWriter().AddSingle("x", [600, 1000], values).ToBytes()));
        Assert.Equal(values, Read(file, "x"));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Numbers_that_are_not_finite_name_file_tensor_and_element(double value)
    {
        using var directory = new TemporaryDirectory();
        foreach (var writer in (SafetensorsWriter[])[new SafetensorsWriter().AddSingle("w.x", [3], [1, 2, value]),
            new SafetensorsWriter().AddHalf("w.x", [3], [1, 2, value]), new SafetensorsWriter().AddBrain("w.x", [3], [1, 2, value])])
        {
            using var file = SafetensorsFile.Open(directory.Write("bad.safetensors", writer.ToBytes()));
            var error = Assert.Throws<ModelFormatException>(() => Read(file, "w.x"));
            Assert.Contains("bad.safetensors", error.Message);
            Assert.Contains("'w.x'", error.Message);
            Assert.Contains("element 2", error.Message);
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}}""", 8, "truncated")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,0]}}""", 8, "outside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "needs 12 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", 8, "too large")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":"x","data_offsets":[0,8]}}""", 8, "shape")]
    [InlineData("""{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown dtype 'Q4'")]
    [InlineData("""{"a":{"dtype":"1","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown dtype '1'")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "dtype is missing")]
    [InlineData("""{"a":[1]}""", 8, "not an object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "'b': overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""", 16, "'b': unused bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "after the last tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "uplicate")]
    [InlineData("""{"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "__metadata__")]
    [InlineData("""[1]""", 0, "not a JSON object")]
    [InlineData("""{"a":""", 0, "not valid JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "valid")]
    public void Wrong_headers_are_refused_with_a_reason(string header, int dataBytes, string reason)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("bad.safetensors", SafetensorsWriter.Raw(header, new byte[dataBytes]));
        var error = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(path));
        Assert.StartsWith(path, error.Message);
        Assert.Contains(reason, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Header_lengths_that_do_not_fit_are_refused()
    {
        using var directory = new TemporaryDirectory();
        void Refused(byte[] bytes, string reason) =>
            Assert.Contains(reason, Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(directory.Write("bad.safetensors", bytes))).Message);
        Refused([], "shorter");
        Refused([1, 2, 3], "shorter");
        Refused([.. BitConverter.GetBytes(100_000_001L), (byte)'{'], "100000000");
        Refused([.. BitConverter.GetBytes(-1L), (byte)'{'], "allowed");
        Refused([.. BitConverter.GetBytes(50L), (byte)'{'], "truncated");
        Assert.Contains("not found", Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(Path.Combine(directory.Path, "none"))).Message);
        Assert.Contains("none", Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(Path.Combine(directory.Path, "none"))).Message);
    }

    [Fact]
    public void Hostile_names_cannot_break_the_message_into_lines()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("bad.safetensors", SafetensorsWriter.Raw("""{"x\n\u001b[2Jy\u202e":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", new byte[4]));
        var message = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(path)).Message;
        Assert.DoesNotContain(message, c => char.IsControl(c) || c == '\u202e');
    }

    private static double[] Read(SafetensorsFile file, string name)
    {
        var values = new double[file.Tensors[name].Elements];
        file.Read(file.Tensors[name], 0, values);
        return values;
    }
}
