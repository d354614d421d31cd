using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Files;

public class AdapterConfigTests
{
    private const string Good = """{"peft_type":"LORA","r":4,"lora_alpha":8,"target_modules":["q_proj","v_proj"],"bias":"none","init_lora_weights":"gaussian"}""";

    [Theory]
    [InlineData("{}", 2.0)]
    [InlineData("""{"use_rslora":true}""", 4.0)]
    [InlineData("""{"lora_alpha":1.5,"modules_to_save":[],"rank_pattern":{},"layers_to_transform":null,"use_dora":false,"unknown_key":7}""", 0.375)]
    public void Scale_and_targets_are_read(string more, double scale)
    {
        var config = Read(With(more));
        Assert.Equal((4, scale), (config.Rank, config.Scale));
        Assert.Equal(["q_proj", "v_proj"], config.Targets);
    }

    [Theory]
    [InlineData("""{"peft_type":"IA3"}""", "peft_type", "IA3")]
    [InlineData("""{"peft_type":null}""", "peft_type", "missing")]
    [InlineData("""{"r":0}""", "'r'", "0")]
    [InlineData("""{"r":1000000}""", "'r'", "1000000")]
    [InlineData("""{"lora_alpha":null}""", "lora_alpha", "missing")]
    [InlineData("""{"lora_alpha":-1}""", "lora_alpha", "-1")]
    [InlineData("""{"bias":"all"}""", "bias", "all")]
    [InlineData("""{"use_dora":true}""", "use_dora", "true")]
    [InlineData("""{"lora_bias":true}""", "lora_bias", "true")]
    [InlineData("""{"modules_to_save":["lm_head"]}""", "modules_to_save", "lm_head")]
    [InlineData("""{"rank_pattern":{"q_proj":8}}""", "rank_pattern", "q_proj")]
    [InlineData("""{"alpha_pattern":{"q_proj":8}}""", "alpha_pattern", "q_proj")]
    [InlineData("""{"layers_to_transform":[0]}""", "layers_to_transform", "0")]
    [InlineData("""{"layer_replication":[[0,1]]}""", "layer_replication", "0")]
    [InlineData("""{"init_lora_weights":"pissa_niter_4"}""", "init_lora_weights", "pissa")]
    [InlineData("""{"target_modules":"all-linear"}""", "target_modules", "all-linear")]
    [InlineData("""{"target_modules":[]}""", "target_modules", "1 to 64")]
    [InlineData("""{"target_modules":["q_proj","q_proj"]}""", "target_modules", "different")]
    [InlineData("""{"target_modules":[5]}""", "target_modules", "text")]
    public void What_is_not_supported_is_refused_by_name(string more, string key, string value)
    {
        var error = Assert.Throws<ModelFormatException>(() => Read(With(more)));
        Assert.Contains(key, error.Message);
        Assert.Contains(value, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_directory_that_is_none_is_said_to_be()
    {
        Assert.Contains("directory not found", Assert.Throws<ModelFormatException>(() => AdapterConfig.Read("/nowhere/at/all")).Message);
        using var empty = new TemporaryDirectory();
        Assert.Contains("file not found", Assert.Throws<ModelFormatException>(() => AdapterConfig.Read(empty.Path)).Message);
    }

    [Theory]
    [InlineData("lm_head", "lm_head")]
    [InlineData("embed_tokens", "embed_tokens")]
    [InlineData("proj", "proj")]
    [InlineData("c_attn", "c_attn")]
    public void A_layer_that_cannot_have_an_adapter_is_refused(string target, string named)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("adapter_config.json", With($$"""{"target_modules":["q_proj","{{target}}"]}"""));
        var error = Assert.Throws<ModelFormatException>(() => new WeightTerms(true, directory.Path).LayoutOf(LlamaConfig()));
        Assert.Contains($"'{named}'", error.Message);
    }

    [Theory]
    [InlineData("missing", "is missing")]
    [InlineData("shape", "has shape [3, 12]")]
    [InlineData("extra", "lora_embedding_A")]
    [InlineData("file", "adapter_model.safetensors")]
    public void Weights_that_do_not_fit_are_refused(string what, string says)
    {
        using var directory = new TemporaryDirectory();
        new LlamaTestModel(true, false, false, 1).Save(directory);
        using var lora = new TemporaryDirectory();
        var modules = RandomAdapter.Llama(what == "missing" ? 1 : LlamaTestModel.Layers, LlamaTestModel.Hidden, 24, 12, LlamaTestModel.Inner);
        var adapter = new RandomAdapter(modules, ["q_proj"], what == "shape" ? 3 : 2, 4, false, 1);
        if (what == "extra") adapter.Writer.AddSingle("base_model.model.model.embed_tokens.lora_embedding_A", [1, 1], [0]);
        adapter.Save(lora.Path, adapter.Config.Replace("\"r\":3", "\"r\":2", StringComparison.Ordinal));
        if (what == "file") File.Delete(Path.Combine(lora.Path, "adapter_model.safetensors"));
        using var model = new FoldedModel(LlamaConfig(), WeightFiles.Open(directory.Path));
        var error = Assert.Throws<ModelFormatException>(() => new AdaptedModel(LlamaConfig(), model, AdapterConfig.Read(lora.Path)));
        Assert.Contains(says, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static ModelConfig LlamaConfig()
    {
        using var directory = new TemporaryDirectory();
        new LlamaTestModel(true, false, false, 1).Save(directory);
        return ModelConfig.Read(Path.Combine(directory.Path, "config.json"));
    }

    private static AdapterConfig Read(string json)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("adapter_config.json", json);
        return AdapterConfig.Read(directory.Path);
    }

    private static string With(string more)
    {
        var fields = System.Text.Json.Nodes.JsonNode.Parse(Good)!.AsObject();
        foreach (var (key, value) in System.Text.Json.Nodes.JsonNode.Parse(more)!.AsObject()) fields[key] = value?.DeepClone();
        return fields.ToJsonString();
    }
}
